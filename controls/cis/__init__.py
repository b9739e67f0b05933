"""The lines of the CIS Amazon EKS Benchmark that a program decides, a module a chapter."""
