"""What requests and answers look like, as data: the API validates with it and describes itself."""
