"""What both apps need and neither owns."""
