"""SQL that turns delivered text into typed values."""
