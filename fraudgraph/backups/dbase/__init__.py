"""dBase III to 7, FoxPro and Visual FoxPro tables with their memo files, read from their bytes."""
