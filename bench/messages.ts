import type { ChildProcess } from 'node:child_process';

/** In a child: answers each message of the parent's with what `work` makes of it, and ends with the parent. */
export function answer<Question, Answer>(work: (question: Question) => Promise<Answer>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) => {
    void work(question).then((result) => process.send?.(result));
  });
}

/** In the parent: the child's next message. */
export function nextMessage<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((done, fail) => {
    const ended = () => fail(new Error(`A process of the benchmark has ended: ${child.spawnargs.join(' ')}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      done(message as Answer);
    });
  });
}
