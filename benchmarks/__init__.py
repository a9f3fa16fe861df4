"""Measures the export rate against a bare trio loop, on one machine and in one run. Not installed with the gateway."""
