"""The use cases, without a screen: what the app and the command line both call.

Only services open transactions.
"""
