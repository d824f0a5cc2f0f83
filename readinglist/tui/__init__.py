"""The terminal app: the only rooms that know Textual."""

import os

# Textual draws at this rate, and reads it when it is first imported: a key waits half as long.
os.environ.setdefault("TEXTUAL_FPS", "120")
