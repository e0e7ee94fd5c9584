import type { MachineFile } from '../machine-config';

/**
 * The resolver of the image: it would answer LLMNR and multicast DNS for whoever asks, on port 5355 of
 * every address. The VPC has neither, and no row of the port matrix allows it.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/resolved.conf.html
 */
export function nameResolutionFile(): MachineFile {
  return {
    path: '/etc/systemd/resolved.conf.d/90-hardened-cluster.conf',
    content: '[Resolve]\nLLMNR=no\nMulticastDNS=no\n',
  };
}
