"""Pictures in and out: frames, safe decoding, crops, drawing. Pure functions, BGR or luma inside."""
