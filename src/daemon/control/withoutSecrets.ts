/** The model as it may be shown: passwords and keys replaced. */
import { createHash } from 'node:crypto';
import type { Model } from '../../config/index.ts';

const secret = new Set(['password', 'value', 'secret', 'authPass']);

export function withoutSecrets(model: Model): unknown {
  return JSON.parse(textWithoutSecrets(model));
}

/** The same for who goes on with it as a model. */
export function modelWithoutSecrets(model: Model): Model {
  return JSON.parse(textWithoutSecrets(model)) as Model;
}

/** SHA-256 of it, in hexadecimal. */
export function configHash(model: Model): string {
  return createHash('sha256').update(textWithoutSecrets(model)).digest('hex');
}

function textWithoutSecrets(model: Model): string {
  return JSON.stringify(model, (key, value: unknown) =>
    secret.has(key) && typeof value === 'string' ? '********' : value,
  );
}
