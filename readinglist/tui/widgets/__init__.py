"""What screens are made of: widgets know values and messages, never services."""
