"""Step Functions: what the emulator leaves out and a state machine of ours relies on.

- `TimeoutSeconds` of the machine ends an execution as TIMED_OUT.
- An execution that has ended stays ended: a late branch cannot turn ABORTED into FAILED,
  and no further task of it runs.
- StartExecution with the name and the input of a running execution answers with that one.
- A function that fails a `.waitForTaskToken` task fails it at once, not at its time-out.
- Each attempt of such a task has its own token, so an earlier attempt's answer is refused.
- Each branch of a Parallel has its own context, as each item of a Map has; and a JSONata
  Parallel has `Arguments`, `Output` and `Assign`.
"""

import contextvars
import copy
import json
import threading
from concurrent.futures import ThreadPoolExecutor

from ministack.services import stepfunctions as sfn


def apply():
    """Put the replacements in the emulator's place."""
    _end_executions_in_time()
    _keep_ended_executions_ended()
    _start_the_same_execution_once()
    _fail_tasks_whose_function_failed()
    _give_each_attempt_its_own_token()
    sfn._run_parallel_branches = _run_parallel_branches


def _end_executions_in_time():
    run = sfn._run_execution

    def run_within_time(arn):
        execution = sfn._executions.get(arn)
        timer = _timer_of(execution)
        if timer is None:
            return run(arn)
        timer.start()
        try:
            return run(arn)
        finally:
            timer.cancel()

    sfn._run_execution = run_within_time


def _timer_of(execution):
    machine = sfn._state_machines.get((execution or {}).get("stateMachineArn"))
    if not machine:
        return None
    seconds = json.loads(machine["definition"]).get("TimeoutSeconds")
    if not seconds:
        return None
    scope = contextvars.copy_context()
    timer = threading.Timer(float(seconds), scope.run, (_time_out, execution))
    timer.daemon = True
    return timer


def _time_out(execution):
    if execution["status"] != "RUNNING":
        return
    execution["status"] = "TIMED_OUT"
    execution["stopDate"] = sfn.now_iso()
    sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    sfn._emit_execution_status_event(execution)


def _keep_ended_executions_ended():
    fail = sfn._fail_execution

    def fail_if_running(execution, error, cause):
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    execute_task = sfn._execute_task

    def execute_if_running(state, raw_input, execution, context):
        if execution["status"] != "RUNNING":
            raise sfn._ExecutionError("States.Runtime", "The execution has ended.")
        return execute_task(state, raw_input, execution, context)

    sfn._fail_execution = fail_if_running
    sfn._execute_task = execute_if_running


def _start_the_same_execution_once():
    start = sfn._start_execution

    def start_once(data):
        running = _running_execution(data)
        if running is None:
            return start(data)
        return sfn.json_response({
            "executionArn": running["executionArn"],
            "startDate": running["startDate"],
        })

    sfn._start_execution = start_once


def _running_execution(data):
    """The execution that a repeated start means: same machine, name and input, still running."""
    machine = sfn._state_machines.get(data.get("stateMachineArn"))
    if not machine or not data.get("name"):
        return None
    arn = (
        f"arn:aws:states:{sfn.get_region()}:{sfn.get_account_id()}"
        f":execution:{machine['name']}:{data['name']}"
    )
    execution = sfn._executions.get(arn)
    if not execution or execution["status"] != "RUNNING":
        return None
    return execution if execution["input"] == data.get("input", "{}") else None


def _fail_tasks_whose_function_failed():
    call_lambda, wait_for_callback = sfn._call_lambda, sfn._invoke_with_callback
    waiting = contextvars.ContextVar("token of the task whose function is being called")

    def call_and_report(function, event):
        try:
            return call_lambda(function, event)
        except sfn._ExecutionError as error:
            task = sfn._task_tokens.get(waiting.get(None))
            if task is not None and not task["event"].is_set():
                task["error"] = {"Error": error.error, "Cause": error.cause}
                task["event"].set()
            raise

    def wait_with_token(resource, payload, token, state):
        previous = waiting.set(token)
        try:
            return wait_for_callback(resource, payload, token, state)
        finally:
            waiting.reset(previous)

    sfn._call_lambda = call_and_report
    sfn._invoke_with_callback = wait_with_token


def _give_each_attempt_its_own_token():
    arguments_of = sfn._apply_jsonata_arguments

    def arguments_with_new_token(state, raw_input, context=None):
        if context is not None and ".waitForTaskToken" in state.get("Resource", ""):
            context["Task"] = {"Token": sfn.new_uuid()}
        return arguments_of(state, raw_input, context)

    sfn._apply_jsonata_arguments = arguments_with_new_token


def _run_parallel_branches(state, raw_input, execution, context):
    """Run the branches side by side, each with its own context, and combine their results."""
    branch_input = _branch_input(state, raw_input, context)
    branches = state.get("Branches", [])
    contexts = [copy.deepcopy(context) for _ in branches]
    with ThreadPoolExecutor(max_workers=max(len(branches), 1)) as pool:
        running = [
            pool.submit(
                contextvars.copy_context().run,
                sfn._run_sub_machine,
                branch.get("States", {}),
                branch.get("StartAt"),
                branch_input,
                execution,
                branch_context,
            )
            for branch, branch_context in zip(branches, contexts)
        ]
    results = [_branch_result(branch) for branch in running]
    return _parallel_output(state, raw_input, context, results), sfn._next_or_end(state)


def _branch_input(state, raw_input, context):
    if sfn._state_query_language(state, context) == "JSONata":
        return sfn._apply_jsonata_arguments(state, raw_input, context)
    effective = sfn._apply_input_path(state, raw_input, context)
    return sfn._apply_parameters(state, effective, context)


def _branch_result(branch):
    try:
        return branch.result()
    except sfn._ExecutionError:
        raise
    except Exception as error:
        raise sfn._ExecutionError("States.BranchFailed", str(error)) from error


def _parallel_output(state, raw_input, context, results):
    if sfn._state_query_language(state, context) != "JSONata":
        selected = sfn._apply_result_selector(state, results)
        placed = sfn._apply_result_path(state, raw_input, selected)
        return sfn._apply_output_path(state, placed, context)
    output = sfn._apply_jsonata_output(
        state, raw_input, context, result=results, default=results)
    sfn._apply_state_assign(state, raw_input, context, result=results)
    return output
