"""`gateway serve --workers N`: a supervisor listens, workers in processes of their own accept and serve.

The supervisor (`supervisor`) opens no store and reads no export; a worker (`worker`) reads no settings and binds no
port. What they say to each other is in `channel`. Unix alone can hand listeners over like that.
"""
