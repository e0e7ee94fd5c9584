import type { RegisteredResource } from './monitor';
import { unwrapSecrets } from './monitor';

/** User-data of each machine by its name, as the program really hands it to EC2. */
export function collectUserData(
  resources: readonly RegisteredResource[],
): ReadonlyMap<string, string> {
  return new Map(
    resources.flatMap((resource) => {
      const text = userDataOf(resource);
      const machine = text === undefined ? undefined : /^\s*HC_MACHINE=(\S+)/m.exec(text)?.[1];
      return text === undefined || machine === undefined
        ? []
        : [[machine.replaceAll("'", '').replaceAll('"', ''), text] as const];
    }),
  );
}

function userDataOf({ inputs }: RegisteredResource): string | undefined {
  const { userData, userDataBase64 } = unwrapSecrets({
    userData: inputs.userData,
    userDataBase64: inputs.userDataBase64,
  });
  if (typeof userDataBase64 === 'string') return decode(userDataBase64);
  if (typeof userData !== 'string') return undefined;
  return userData.startsWith('#!') || userData.startsWith('#cloud') ? userData : decode(userData);
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
