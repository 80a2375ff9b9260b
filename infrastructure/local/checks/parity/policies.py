"""What policies and roles say, in one form for both sides."""

import json

from reading import listed, whole


def statements(document):
    """A policy as what it grants and refuses, one action and one resource a line."""
    lines = {}
    for statement in listed(document["Statement"]):
        principal = whole(statement.get("Principal", ""))
        condition = whole(statement.get("Condition", ""))
        for action in listed(statement["Action"]):
            for resource in listed(statement.get("Resource", "")):
                parts = (statement["Effect"], action, resource, written(principal), written(condition))
                lines[" ".join(part for part in parts if part)] = "said"
    return lines


def written(value):
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


def trusted(document):
    """The services that may take a role."""
    services = {}
    for statement in listed(document["Statement"]):
        for service in listed(statement["Principal"]["Service"]):
            services[f"{statement['Effect']} {', '.join(listed(statement['Action']))} {service}"] = "said"
    return services


def role_in_template(template, token):
    """Everything that a role of the template says."""
    role = template.role(token)
    lines = trusted(role["AssumeRolePolicyDocument"])
    for policy in role.get("Policies", []):
        lines |= statements(policy["PolicyDocument"])
    for arn in role.get("ManagedPolicyArns", []):
        lines[f"managed {arn.rsplit('/', 1)[1]}"] = "said"
    return lines


def role_in_state(state, token):
    """Everything that a role of Terraform's says."""
    lines = {}
    for role in state.of("aws_iam_role"):
        if f"<role {role['name']} arn>" != token:
            continue
        lines |= trusted(json.loads(role["assume_role_policy"]))
        lines |= granted(state, role["name"])
    return lines


def granted(state, name):
    lines = {}
    for policy in state.of("aws_iam_role_policy"):
        if policy["role"] == name:
            lines |= statements(json.loads(policy["policy"]))
    for attached in state.of("aws_iam_role_policy_attachment"):
        if attached["role"] == name:
            lines[f"managed {attached['policy_arn'].rsplit('/', 1)[1]}"] = "said"
    return lines
