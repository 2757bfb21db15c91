import { describe, expect, it } from 'vitest';
import { withReplicas } from '../../src/spec/edit.ts';

const edited = (text: string, service = 'web') => {
  const result = withReplicas(text, service, 4);
  return result.ok ? result.text : result.reason;
};

describe('another number of replicas', () => {
  it('leaves all else as it is written', () => {
    const text = '# mine\nservices:\n  web:\n    port: 80   # http\n    replicas: 2 # two\n  api: {port: 81}\n';
    expect(edited(text)).toBe(text.replace('replicas: 2', 'replicas: 4'));
  });

  it('is added where there was none', () => {
    expect(edited('services:\n  web:\n    # the port\n    port: 80\n')).toBe(
      'services:\n  web:\n    # the port\n    replicas: 4\n    port: 80\n',
    );
    expect(edited('services: { web: { port: 80 } }\n')).toBe('services: { web: { replicas: 4, port: 80 } }\n');
  });

  it('is the service’s own where it was merged in', () => {
    const text = 'x-a: &a { replicas: 2 }\nservices:\n  web:\n    <<: *a\n    port: 80\n';
    expect(edited(text)).toBe(text.replace('    <<', '    replicas: 4\n    <<'));
  });

  it('is refused where others would change with it', () => {
    expect(edited('services:\n  web: {port: 80, replicas: &n 2}\n  api: {port: 81, replicas: *n}\n')).toBe(
      'not written as a number',
    );
    expect(edited('services:\n  web: {port: 80, replicas: &n 2}\n  api: {port: 81, replicas: *n}\n', 'api')).toBe(
      'not written as a number',
    );
    expect(edited('services:\n  web: &w {port: 80}\n  api: *w\n', 'api')).toBe('not written as a number');
  });

  it('needs the service', () => {
    expect(edited('services: {web: {port: 80}}\n', 'wbe')).toBe('unknown service');
  });
});
