"""HTTP only: parse, authorise, call a service, render; one module for each resource."""
