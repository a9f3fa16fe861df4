"""What everything over HTTP shares: the listener, who is let in, how errors are told, streams of events, health."""
