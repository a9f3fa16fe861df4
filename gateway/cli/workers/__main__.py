"""A worker; nobody but the supervisor starts one."""

from gateway.cli.workers.worker import main

if __name__ == "__main__":
    main()
