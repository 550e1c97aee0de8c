"""Made-up worlds for trying and measuring: the sample city."""
