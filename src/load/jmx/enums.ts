/**
 * Choices that old JMeters wrote in the language of whoever saved the plan (apache/jmeter#6596): the words of JMeter's own
 * translations, from `ConstantThroughputTimerResources_*` and `CSVDataSetResources_*` of its sources.
 */

/** Which choice a text names: by its number or key, or by its words in one of JMeter's languages; undefined where it is none. */
export function enumOf<const Value>(choices: readonly Choice<Value>[], text: string): Value | undefined {
  const said = text.trim().toLowerCase();
  return choices.find(({ words }) => words.some((word) => word.toLowerCase() === said))?.value;
}

export interface Choice<Value> {
  readonly value: Value;
  readonly words: readonly string[];
}

/** `calcMode` of a Constant Throughput Timer. */
export const calcModes: readonly Choice<'thread' | 'all' | 'group' | 'all-shared' | 'group-shared'>[] = [
  {
    value: 'thread',
    words: [
      ...['0', 'calcMode.1', 'ThisThreadOnly', 'this thread only', 'Nur dieser Thread', 'solamente este hilo'],
      ...['cette unité seulement', '현 쓰레드만', 'este usuário virtual (thread) somente', 'sadece bu iş parçacığı'],
      '只有此线程',
    ],
  },
  {
    value: 'all',
    words: [
      ...[
        '1',
        'calcMode.2',
        'AllActiveThreads',
        'all active threads',
        'Alle aktiven Threads',
        'todos los hilos activos',
      ],
      ...['toutes les unités actives', '모든 활성화된 쓰레드들', 'todos usuários virtuais (threads) ativos'],
      ...['bütün aktif iş parçacıkları', '所有活动线程'],
    ],
  },
  {
    value: 'group',
    words: [
      ...['2', 'calcMode.3', 'AllActiveThreadsInCurrentThreadGroup', 'all active threads in current thread group'],
      ...['Alle aktiven Threads in der aktuellen Thread-Gruppe', 'todos los hilos activos en el grupo de hilos actual'],
      ...["toutes les unités actives dans le groupe d'unités courant", '현 쓰레드 그룹 내의 모든 활성화된 쓰레드들'],
      ...['todos usuários virtuais ativos no grupo de usuários corrente', '当前线程组中的所有活动线程'],
      'bu iş parçacığı grubundaki tüm aktif iş parçacıkları',
    ],
  },
  {
    value: 'all-shared',
    words: [
      ...['3', 'calcMode.4', 'AllActiveThreads_Shared', 'all active threads (shared)'],
      ...['Alle aktiven Threads (Gemeinsam)', 'toutes les unités actives (partagé)', '모드 활성화된 쓰레드들 (공유)'],
      ...['todos usuários virtuais ativos (compartilhado)', 'tüm iş parçacıkları (paylaşımlı)', '所有活动线程（共享）'],
    ],
  },
  {
    value: 'group-shared',
    words: [
      ...['4', 'calcMode.5', 'AllActiveThreadsInCurrentThreadGroup_Shared'],
      'all active threads in current thread group (shared)',
      'Alle aktiven Threads in der aktuellen Thread-Gruppe (gemeinsam)',
      "toutes les unités actives dans le groupe d'unités courant (partagé)",
      '현 쓰레드 그룹 내의 모든 활성화된 쓰레드들 (공유)',
      'todos usuários virtuais no grupo de usuários atual (compartillhado)',
      'bu iş paçacığı grubundaki tüm aktif iş parçacıkları (paylaşımlı)',
      '当前线程组中的所有活动线程（共享）',
    ],
  },
];

/** `shareMode` of a CSV Data Set; what is none of these is the name of a group of one's own. A blank one means all. */
export const shareModes: readonly Choice<'all' | 'group' | 'thread'>[] = [
  {
    value: 'all',
    words: [
      ...[
        '',
        'shareMode.all',
        'All threads',
        'Todos los hilos',
        'Toutes les unités',
        '모든 쓰레드들',
        'Wszystkie wątki',
      ],
      ...['Todos os usuários virtuais', '所有线程'],
    ],
  },
  {
    value: 'group',
    words: [
      ...['shareMode.group', 'Current thread group', 'Actual grupo de hilos', "Groupe d'unités courant"],
      ...['현 쓰레드 그룹', 'Bieżąca grupa wątków', 'Grupo de usuários atual', '当前线程组'],
    ],
  },
  {
    value: 'thread',
    words: [
      ...['shareMode.thread', 'Current thread', 'Hilo actual', 'Unité courante', '현 쓰레드', 'Bieżący wątek'],
      ...['Usuário virtual atual', '当前线程'],
    ],
  },
];
