"""What MARC 21 is: structure, characters, numbers, and what can be wrong with them. No store, network or clock."""
