"""A local Alma for people who export to it: takes OCLC Gateway Export, files the record, answers as Alma does."""

__version__ = "0.1.0"
