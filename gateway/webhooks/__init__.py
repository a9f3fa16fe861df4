"""What others are told of exports, over HTTP: signed, in order, again and again until it is taken.

Knows neither what a message says nor who may make a webhook: that is `desk.webhooks`.
"""
