"""A local Alma for the people who export to it: receives OCLC Gateway Export, files the record, answers as Alma does."""

__version__ = "0.1.0"
