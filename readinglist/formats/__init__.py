"""One module per file format; each a pure function from text to values, or back."""
