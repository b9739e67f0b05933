"""The AWS half of the simulated cloud: checks, names, tags and the shapes of what AWS answers."""
