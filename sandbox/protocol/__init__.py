"""What engine, cloud and packs say to one another: values as protobuf has them, URNs, and resources as registered."""
