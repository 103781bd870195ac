"""CloudFormation templates as plans: what each resource would ask of AWS, with every place."""
