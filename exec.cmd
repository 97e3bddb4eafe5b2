@rem With `exec`, which cmd.exe lacks, a POSIX shell becomes the Node that `npm start` runs: npm sends signals to its shell alone.
@%*
