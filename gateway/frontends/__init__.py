"""The ways in and out: each folder speaks one protocol, and none imports another."""
