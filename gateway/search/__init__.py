"""What is looked for, and how it is written down. Knows no store and no protocol."""
