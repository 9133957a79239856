"""moto's server, with what moto 5.2 gets wrong about CloudFormation put right.

Only what a deployment by the CDK's CLI runs into is mended here. What moto cannot make at all stays unmade: it
says so on its standard error, and the rehearsal lists it.
"""

import os
import sys
import threading
import warnings

warnings.simplefilter("ignore")

from moto.awslambda.models import LambdaVersion, get_backend  # noqa: E402
from moto.cloudformation import parsing  # noqa: E402
from moto.cloudformation.exceptions import CloudFormationError  # noqa: E402
from moto.cloudformation.models import CloudFormationBackend  # noqa: E402
from moto.kms.models import KmsBackend  # noqa: E402
from moto.server import main  # noqa: E402


def tags_of_a_key():
    """CloudFormation writes Key and Value, KMS itself TagKey and TagValue."""
    original = KmsBackend.create_key

    def create_key(self, *args, tags=None, **rest):
        words = [
            {"TagKey": tag.get("TagKey", tag.get("Key")), "TagValue": tag.get("TagValue", tag.get("Value"))}
            for tag in tags or []
        ]
        return original(self, *args, tags=words, **rest)

    KmsBackend.create_key = create_key


def versions_of_functions():
    """moto publishes a version and then does not know its ARN, nor its number. One that an update replaces stays."""
    original = LambdaVersion.create_from_cloudformation_json.__func__

    def create(cls, resource_name, cloudformation_json, account_id, region_name, **rest):
        version = original(cls, resource_name, cloudformation_json, account_id, region_name, **rest)
        name = cloudformation_json["Properties"]["FunctionName"]
        latest = get_backend(account_id, region_name).get_function(name)
        version.physical_resource_id = f"{latest.function_arn}:{version.version}"
        return version

    LambdaVersion.create_from_cloudformation_json = classmethod(create)
    LambdaVersion.get_cfn_attribute = lambda self, attribute: str(self.version)
    LambdaVersion.delete = lambda self, account_id, region_name: None


class Unmade:
    """Stands for a resource that moto cannot make, where others name it."""

    def __init__(self, name):
        self.physical_resource_id = name

    def get_cfn_attribute(self, attribute):
        return f"{self.physical_resource_id}.{attribute}"


def references_to_the_unmade():
    def get(self, name, default=None):
        return self[name] or Unmade(name)

    parsing.ResourceMap.get = get


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


def change_sets_that_are_gone():
    """The CLI waits for this error after it deleted one."""
    original = CloudFormationBackend.describe_change_set

    def describe_change_set(self, change_set_name):
        known = self.change_sets.items()
        if any(change_set_name in (arn, one.change_set_name) for arn, one in known):
            return original(self, change_set_name)
        raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist")

    CloudFormationBackend.describe_change_set = describe_change_set


def previous_values_of_ssm_parameters():
    """At an update moto takes the value that a parameter had for the name of a parameter."""
    original = parsing.ResourceMap.parse_ssm_parameter

    def parse_ssm_parameter(self, value, value_type):
        return original(self, value, value_type) if value.startswith("/") else value

    parsing.ResourceMap.parse_ssm_parameter = parse_ssm_parameter


def changes_that_replace():
    """A resource of which moto knows no update is forgotten by it; CloudFormation makes a new one."""
    original = parsing.parse_and_update_resource

    def parse_and_update_resource(logical_id, resource_json, resources_map, account_id, region_name):
        changed = original(logical_id, resource_json, resources_map, account_id, region_name)
        if changed is not None or resource_json["Type"] not in parsing.get_model_map():
            return changed
        old = resources_map[logical_id]
        resources_map._delete_resource(old, resource_json)
        return parsing.parse_and_create_resource(
            logical_id, resource_json, resources_map, account_id, region_name
        )

    parsing.parse_and_update_resource = parse_and_update_resource


def end_with_the_parent():
    """Its standard input ends with the rehearsal, however that ends."""
    sys.stdin.read()
    os._exit(0)


tags_of_a_key()
versions_of_functions()
references_to_the_unmade()
change_sets_that_are_gone()
previous_values_of_ssm_parameters()
changes_that_replace()
threading.Thread(target=end_with_the_parent, daemon=True).start()
main(sys.argv[1:])
