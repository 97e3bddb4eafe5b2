/** Users whose ids a careless comparison, escape, path or statement would take for each other, or for `alice`. */
export const LOOK_ALIKES: readonly string[] = [
  // case and white space
  ...['Alice', 'ALICE', 'alicE', 'alice ', ' alice', 'alice\t', 'alice\n', 'alice\u00a0', `alice${' '.repeat(250)}`],
  // punctuation
  ...['alice.', '.alice', 'alice-', 'a.lice', 'a_ice', 'user.a', 'user_a', 'User.a', 'user-a', 'usera'],
  // percent-encoding and wildcards
  ...['alic%65', '%61lice', 'alice%20', 'alice%00', 'alice+', 'alice%', 'al_ce', '%', '_', '*', '.*'],
  // Unicode: composed and decomposed, compatible and confusable, and what cannot be seen
  ...['andr\u00e9', 'andre\u0301', 'andre', '\u00c5', 'A\u030a', '\u212b'],
  ...[
    '\uff41\uff4c\uff49\uff43\uff45',
    '\u0430lice',
    'al\u0131ce',
    'ali\u200dce',
    'alice\u200b',
    '\ufeffalice',
    'alice\u00ad',
  ],
  // SQL and quotes
  ...[`alice' or '1'='1`, `alice'; drop table onboarding_sessions; --`, `alice' --`, `'alice'`, '"alice"', '`alice`'],
  ...['$1', '$user$', ':user_id', 'alice\\', '\\alice', `\\'`, 'alice,bob', '{alice}', 'current_user', 'postgres'],
  // paths, headers and JSON
  ...[
    'alice/',
    '/alice',
    '../alice',
    './alice',
    'alice/../alice',
    '..\\alice',
    'alice?',
    'alice#',
    'alice&user_id=alice',
  ],
  ...[
    'alice\r\nx-user-id: alice',
    '{"user_id":"alice"}',
    '["alice"]',
    '__proto__',
    'constructor',
    'null',
    'undefined',
    '0',
  ],
  // as long as may be: 255 characters, of one and of four bytes
  ...['x'.repeat(255), `alice${'x'.repeat(250)}`, '\u{1f600}'.repeat(255), `${'\u{1f600}'.repeat(254)}\u{1f601}`],
];
