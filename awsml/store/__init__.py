"""Runs on disk: what was asked, sent, predicted, and what happened. Local and AWS runs alike.

A tour, from the first step of a run to the last::

    from awsml.store.runs import RunStore
    from awsml.store.run import Draft, Status

    store = RunStore(project / ".awsml")          # SQLite (WAL) in runs.db; clock is an argument
    run = store.create(Draft(                      # on disk before anything else happens
        kind="training", name="resnet50", backend="aws", region="us-east-1",
        scenario="train.yaml",
        requests=({"service": "sagemaker", "operation": "CreateTrainingJob", "params": {...}},),
        predicted={"cost": cost.as_json(), "time": time.as_json()},
    ))
    # create(draft, requests=...) takes requests that name the run: they go out as they are stored
    run.id                           # 261121-093012-k7q: sorts by time, fits AWS names

    store.journal(run.id, "send CreateTrainingJob", name=job)   # fsynced, *before* the call
    store.add_remote(run.id, {"arn": arn, "account": account})  # what AWS answered
    store.journal(run.id, "sent CreateTrainingJob", arn=arn)

    for event in store.recording(run.id, backend_events):  # stores each event, passes it on
        draw(event)                  # log lines go to files, the rest to the database

    store.steps(run.id)                            # the journal, to settle what a kill left open
    store.settle(run.id, Status.COMPLETED)         # a status learnt outside a recording

Reading: `get(name)` takes an id, a unique beginning of one, a run's name or `last`; `find()`,
`children()`, `phases()`, `series()`, `notes()`, `logs()`, `log_tail()`. Trials, attempts and array
members are child runs: `store.child(run.id, "trial-3")` gives or makes one, and an event whose
`subject` is a label is recorded there.

Who looks after a run: `run.owner` is a process (pid and start time), `run.watched` whether it
lives. A local run whose owner died is turned into `Interrupted` by the next reader. An AWS run
lives on without its watcher; its backend asks AWS. `ask_to_stop` leaves a request that the owner
polls with `stop_asked`; `take` makes another process the owner (resume), `hand_over` gives a run
of one's own away (to a supervisor).
"""
