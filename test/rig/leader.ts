/** A process that leads, and begins a command in `box` that takes for ever. */
import { connectLxd } from '../../src/adapters/lxd/client.ts';

const [socket = '', project = ''] = process.argv.slice(2);
const lxd = connectLxd({ socket }, { project }).guardedBy(() => true);
const onLine = () => process.stdout.write('begun\n');
await lxd.instances.exec('box', ['sh', '-c', 'echo begun; exec sleep 87654'], { timeout: Infinity, onLine });
