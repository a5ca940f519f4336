"""What becomes of a posting after it was opened: how often it was read, when it ends, whether it is still true, and what came of it.

It owns the counts of readers, an employer's templates and the answer to “招到人了吗”. It promises that an employer hears in time that a posting
ends, that nothing stays open which nobody confirms, and that a flood of applications does not drown those who sent them. It moves postings
through `postings.operations` only.
"""
