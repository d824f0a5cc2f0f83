"""The library file, the working copy, and the rows in them. With search/ the only SQL."""
