import { describe, expect, it } from '@jest/globals';
import { publicWebsite } from './website-url.js';

describe('the address of a public website', () => {
  it.each([
    'https://example.com',
    'http://example.com',
    'HTTPS://EXAMPLE.COM/Path',
    'https://example.com/',
    'https://example.com./',
    'https://example.com:8443/a?b=c#d',
    'https://sub.sub.example.co.uk',
    'https://bücher.example',
    'https://xn--bcher-kva.example',
    'https://例え.テスト',
    'https://пример.рф/путь',
    'https://مثال.إختبار',
    'https://example.photography',
    'https://example.xn--vermgensberatung-pwb',
    'https://example.test',
    'https://site.example',
    'https://site.invalid',
    'https://localhost.com',
    'https://local.example.com',
    'https://internal.example.com',
    'https://mylocalhost.dev',
    'https://8.8.8.8',
    'https://172.32.0.1',
    'https://192.169.0.1',
    'https://134744072',
    'https://0x8.8.8.8',
    'https://a-b.example.com',
    'https://_dmarc.example.com',
    'https://example.com/a%20b',
    'https://example.com/@user',
    'https://example.com/?next=http://localhost/',
  ])('is %s, just as it came', (url) => {
    expect(publicWebsite(url)).toBe(url);
  });

  it.each([
    ['example.com', 'https://example.com'],
    ['www.example.com/about', 'https://www.example.com/about'],
    ['bücher.example', 'https://bücher.example'],
    ['example.com:8080', 'https://example.com:8080'],
    ['8.8.8.8', 'https://8.8.8.8'],
    ['  https://example.com\n', 'https://example.com'],
    ['\texample.com ', 'https://example.com'],
  ])('is completed: %j to %j', (given, completed) => {
    expect(publicWebsite(given)).toBe(completed);
  });

  it('has at most 2,048 characters', () => {
    const at = (length: number) => 'https://example.com/'.padEnd(length, 'x');
    expect(publicWebsite(at(2048))).toBe(at(2048));
    expect(publicWebsite(at(2049))).toBeNull();
  });

  it.each([
    '',
    ' ',
    'https://',
    'https:///path',
    'example',
    'https://example',
    'https://.com',
    'https://example..com',
    'https://a..',
    'https://.',
    'not a website',
    'https://exa mple.com',
    'https://example.com/a b',
    'https://exam\nple.com',
    'https://exam\tple.com',
    'https://example.com\u0000',
    'https://example.com/\u00a0x',
    'https://example.com:99999',
    'https://example.com:port',
    'https://exa%00mple.com',
    'https://exa<mple.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'javascript://example.com/%0aalert(1)',
    'javascript:alert(1)',
    'data:text/html,x',
    'mailto:someone@example.com',
    'ws://example.com',
    '//example.com',
    '/example.com',
    'https:///example.com',
    'https:////example.com',
    'https:example.com',
    'https:\\\\example.com',
    'https://example.com\\@127.0.0.1/',
    'https://127.0.0.1\\@example.com/',
  ])('is not %j', (url) => {
    expect(publicWebsite(url)).toBeNull();
  });

  it.each([
    'https://user@example.com',
    'https://user:password@example.com',
    'https://:password@example.com',
    'user:password@example.com',
    'https://example.com@evil.example',
    'someone@example.com',
  ])('has no credentials: %s', (url) => {
    expect(publicWebsite(url)).toBeNull();
  });

  it.each([
    'http://localhost',
    'http://localhost:3000',
    'http://localhost.',
    'localhost',
    'http://LOCALHOST',
    'http://a.localhost',
    'http://a.localhost.',
    'http://printer.local',
    'http://printer.LOCAL.',
    'http://printer.ｌｏｃａｌ',
    'http://printer。local',
    'http://metadata.google.internal',
    'http://metadata.google.internal./computeMetadata',
    'http://intranet',
  ])('has no local name: %s', (url) => {
    expect(publicWebsite(url)).toBeNull();
  });

  it.each([
    '127.0.0.1',
    '127.1',
    '127.0.0.1.',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '0x7f.0x0.0x0.0x1',
    '１２７.0.0.1',
    '127。0。0。1',
    '0.0.0.0',
    '0',
    '10.0.0.1',
    '10.1',
    '0xa.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.257',
    '3232235521',
    '169.254.169.254',
    '2852039166',
    '0xA9FEA9FE',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
  ])('has no IPv4 address that is private or local: %s', (host) => {
    expect(publicWebsite(`http://${host}`)).toBeNull();
    expect(publicWebsite(`http://${host}:8080/path`)).toBeNull();
  });

  it.each([
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[::127.0.0.1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[ff02::1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ])('has no IPv6 address that is private or local: %s', (host) => {
    expect(publicWebsite(`http://${host}`)).toBeNull();
    expect(publicWebsite(host)).toBeNull();
  });
});
