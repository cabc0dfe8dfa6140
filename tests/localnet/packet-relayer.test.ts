import { hermesEnvironment } from '../builders/config'
import { packetRelayerContract, type RelayerWorld } from '../contract/packet-relayer'
import { describeOnLocalnet, type LocalChain, type Localnet } from './harness/facts'
import { strand } from './harness/transfers'
import { LocalWallet } from './harness/wallet'
import { commitmentsOf } from './harness/witness'

const endOf = (chain: LocalChain) => ({ chainId: chain.id, portId: chain.port, channelId: chain.channel })

async function openLocalnetWorld(net: Localnet): Promise<RelayerWorld> {
  const user = await LocalWallet.open(net, net.a, 'user1')
  return {
    options: { binary: net.hermes, configPath: net.hermesConfig, restUrl: null, environment: hermesEnvironment },
    source: endOf(net.a), destination: endOf(net.b), unfundedKeyName: 'poor',
    strand: async count => [...(await strand(user, net.b, { count })).sequences],
    committed: async (sequences) => {
      const pending = new Set(await commitmentsOf(net.a))
      return sequences.filter(sequence => pending.has(sequence))
    },
    close: async () => user.close(),
  }
}

describeOnLocalnet('the real Hermes', net => packetRelayerContract(() => openLocalnetWorld(net)))
