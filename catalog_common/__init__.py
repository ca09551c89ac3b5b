"""What the services share: configuration, archives, manifests, versions, the engine contract."""
