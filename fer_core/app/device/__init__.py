"""'On this device': the same analysis in the visitor's own browser."""
