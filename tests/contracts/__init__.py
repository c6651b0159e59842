"""What both dialects and both databases must agree on."""
