"""What Alma does with a record: logon, validate, normalize, match, merge or create, store, reply."""
