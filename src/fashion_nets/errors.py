"""The errors that a user can fix, told apart from the errors of the program."""


class UserError(ValueError):
    """What was wrong, what was expected and what to do, in one message.

    The command line shows it without a traceback. Raise it, or a subclass, where the cause lies in
    the data, the parameters or the machine of the person who runs the project.
    """
