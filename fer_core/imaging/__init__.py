"""Pictures in and out: frames, safe decoding, crops, drawing. BGR or luma inside."""
