"""What each request of the protocol means: a request goes in, a response comes out."""
