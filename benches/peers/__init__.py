"""Published packages at the same work, each by its fastest documented path; runs in the environment `.venv-peers`."""
