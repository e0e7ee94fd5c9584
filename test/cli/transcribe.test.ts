import { transcribeProperties } from '../../cli/plan/transcribe';

const policy = JSON.stringify({
  Statement: Array.from({ length: 400 }, (_, index) => ({
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::bucket-${index}/*`,
  })),
});

test('policies stay whole: checks evaluate them', async () => {
  expect(policy.length).toBeGreaterThan(8192);
  const shown = await transcribeProperties({
    policy,
    assumeRolePolicy: policy,
    inlinePolicies: [{ name: 'a', policy }],
  });
  expect(shown).toEqual({
    policy,
    assumeRolePolicy: policy,
    inlinePolicies: [{ name: 'a', policy }],
  });
});

test('other long text becomes its SHA-256, PEM and key sets a word', async () => {
  const shown = await transcribeProperties({
    content: 'x'.repeat(8193),
    short: 'x'.repeat(8192),
    certificate: '-----BEGIN CERTIFICATE-----',
    keySet: '{"keys":[]}',
  });
  expect(shown.content).not.toContain('xxx');
  expect({ ...shown, content: '' }).toEqual({
    content: '',
    short: 'x'.repeat(8192),
    certificate: '[pem]',
    keySet: '[public keys]',
  });
});
