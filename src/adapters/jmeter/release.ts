/**
 * JMeter as Apache released it: the same jars in the same versions, but from Maven Central. One artifact a line:
 * `group:artifact:version[:classifier]`, its size in bytes, its SHA-256. `scripts/pin-jmeter.ts` writes sizes and sums.
 */
const pinned = `
bsf:bsf:2.4.0 113369 f873773deb91c1a1c12150f6cdb13b8a2e1b496a75ac903c4bbfa103b363a7c7
com.fasterxml.jackson.core:jackson-annotations:2.16.1 78480 a4730771e6a495dd3793a42cdb8ce6bddb96c77e15f40c98fd8d9a7ae09e7286
com.fasterxml.jackson.core:jackson-core:2.16.1 578125 f5f8ef90609e64fec82eb908e497dc7d81b2eb983fe509b870292a193cde4dfb
com.fasterxml.jackson.core:jackson-databind:2.16.1 1637611 baf8a8ebee8f45ef68cdd5e2dd3923b3e296c0937b96ec0b4806aa3a31bccd1d
com.fifesoft:rsyntaxtextarea:3.3.4 1297525 cbcd2167afd58ffce616d9bd2d95c94dd3f951e62486b56462ce0abe3ca6f8ec
com.formdev:svgSalamander:1.1.4 320794 e0f1a4d91cc4f6ce08e8b441b1b326b898e250366a9f4c489371284c784d3211
com.github.ben-manes.caffeine:caffeine:2.9.3 912143 1e0a7bbef1dd791653143f3f05d0e489934bf5481e58a87c9e619cd46b68729b
com.github.weisj:darklaf-core:2.7.3 1547509 82180588db345953b399a12a6ed0c7ef6cee08ea5a0dac926a69c0d4029f2b8b
com.github.weisj:darklaf-extensions-rsyntaxarea:0.3.4 20650 dc9b09fea1a786d8dcd004733fe6b47246719c3fda6e5e5f5baa2ca0d6e776ab
com.github.weisj:darklaf-macos:2.7.3 93477 3401f62733c3e7a92d628ab6bb2c1b280db6288036eec02a69c33c953d4b93d3
com.github.weisj:darklaf-native-utils:2.7.3 8492 40d1be883d8d6c66601c4fb1ce0f3cd876932bc13eed8313142cadda8b813e85
com.github.weisj:darklaf-platform-base:2.7.3 4049 76a2b1620876b642d5b9457b2583e510f07eb33f857b60f5ba80a5b99a6aceab
com.github.weisj:darklaf-property-loader:2.7.3 98109 0593abb3b390c140b0d666c2926207cbcc1b291d6e4be12e28d91a5d1eb2a32e
com.github.weisj:darklaf-theme:2.7.3 89456 5ce297afd186f26bfc2c9aa51584b2a8bdb1dc50c5c7ccd37e171b227cacf084
com.github.weisj:darklaf-utils:2.7.3 69133 b5cdc7d4f719382280c0b5cf010aee2a260cbe5182079bef2042e14d106353b5
com.github.weisj:darklaf-windows:2.7.3 217795 9fc9044f4cb060dd6e64522df594f16f00326e751692fa40ce5047e733cb3aaa
com.github.weisj:swing-extensions-laf-support:0.1.3 10192 0c8603056c78095e2b015e796d28684cbd0759cd68c8fa010cd891fc269cf7f8
com.github.weisj:swing-extensions-visual-padding:0.1.3 2539 5f45461409505b35ede425e31f288e7a67d1196ab04cf5297571fd3515d0fd14
com.google.errorprone:error_prone_annotations:2.24.0 16829 a88bd88124c8d4c9851ab823adc3a8f04b0a13af15c9d80b5ecf49f5a7a321d2
com.helger:ph-css:6.5.0 530791 821dd07ab64263d0700f7de9854acefa015cd6c30011da693acced3da0e54296
com.helger.commons:ph-commons:10.2.5 1314621 977587d023e96cd157194c0e94af22c63d3964f22fb8d8704cd160709bde1001
com.jayway.jsonpath:json-path:2.8.0 277582 9601707e95cd79fb98570a01ea8cfb857b5cde948744d6e0edf733c11002c95b
com.miglayout:miglayout-core:5.3 106949 cf3cb12d94b76c2f80c113977d0372d037784002943e566fcdac6b92d076935e
com.miglayout:miglayout-swing:5.3 22576 ae384b680242234170de6b939bebf56effa40dd483477e13cd898104ba1e1de1
com.sun.activation:javax.activation:1.2.0 78030 993302b16cd7056f21e779cc577d175a810bb4900ef73cd8fbf2b50f928ba9ce
com.thoughtworks.xstream:xstream:1.4.20 644649 87df0f0be57c92037d0110fbb225a30b651702dc275653d285afcfef31bc2e81
commons-codec:commons-codec:1.16.0 360738 56595fb20b0b85bc91d0d503dad50bb7f1b9afc0eed5dffa6cbb25929000484d
commons-collections:commons-collections:3.2.2 588337 eeeae917917144a68a741d4c0dff66aa5c5c5fd85593ff217bced3fc8ca783b8
commons-io:commons-io:2.15.1 501218 a58af12ee1b68cfd2ebb0c27caef164f084381a00ec81a48cc275fd7ea54e154
commons-logging:commons-logging:1.3.0 70816 66d3c980470b99b0c511dad3dfc0ae7b265ec1fb144e96bc0253a8a175fd34d9
commons-net:commons-net:3.10.0 322780 2230eec44ef4b8112ea09cbeb6de826977abe792e627cee2770e35ca8c39dce1
dnsjava:dnsjava:2.1.9 320748 072bba34267ffad8907c30a99a6b68f900782f3191454d278e395e289d478446
io.burt:jmespath-core:0.6.0 489286 14d000d71381d23041466c2b560506cbee1fb0a9d2bcb6d1c609ebe7adc66381
io.burt:jmespath-jackson:0.6.0 7090 e0fec658325693c5db7405268fcc1a73033b92c7ed516237fea420197a24c1f9
io.github.microutils:kotlin-logging-jvm:2.0.5 32033 c1d9a50adba57d4a948dea6bfa63136c18cb73bab6ae97aa820bff7a44a5903e
io.github.x-stream:mxparser:1.2.2 29680 aeeee23a3303d811bca8790ea7f25b534314861c03cff36dafdcc2180969eb97
javax.mail:mail:1.5.0-b01 519087 04f10be09bc598b4b65b93e5eb55bb380abe1ca76c440cf0c8233d86e868f1c7
jcharts:jcharts:0.7.5 142391 c0fdb330280ff7223923e399be06b7575c1920451faaeb29333f9c2b0f5d2ddc
junit:junit:4.13.2 384581 8e495b634469d64fb8acfa3495a065cbacc8a0fff55ce1e31007be4c16dc57d3
net.minidev:accessors-smart:2.5.0 29901 12314fc6881d66a413fd66370787adba16e504fbf7e138690b0f3952e3fbd321
net.minidev:json-smart:2.5.0 120233 432b9e545848c4141b80717b26e367f83bf33f19250a228ce75da6e967da2bc7
net.sf.jtidy:jtidy:r938 249924 6fc03e51e73fa884f06e7eae0761e045e56fdeb4e146a4d952e3023cc9e3fb43
net.sf.saxon:Saxon-HE:11.6 5104657 6e482b8130b362fc38ef5c9dee4bac9b085b3aaa7d5bc91bc1888d765c8696f8
org.apache-extras.beanshell:bsh:2.0b6 389033 a17955976070c0573235ee662f2794a78082758b61accffce8d3f8aedcd91047
org.apache.commons:commons-collections4:4.4 751914 1df8b9430b5c8ed143d7815e403e33ef5371b2400aadbe9bda0883762e0846d1
org.apache.commons:commons-dbcp2:2.9.0 211301 887720912c5cbbcdff6e0e21d5034937555f8ffc597381eff8fa77f33ce6d64e
org.apache.commons:commons-jexl:2.1.1 267634 03c9a9fae5da78ce52c0bf24467cc37355b7e23196dff4839e2c0ff018a01306
org.apache.commons:commons-jexl3:3.2.1 462124 0e40a3730b96bf6f2ebbf62552726c1655dba1abaf86ebc4bd14295feea240f6
org.apache.commons:commons-lang3:3.14.0 657952 7b96bf3ee68949abb5bc465559ac270e0551596fa34523fddf890ec418dde13c
org.apache.commons:commons-math3:3.6.1 2213560 1e56d7b058d28b65abd256b8458e3885b674c1d588fa43cd7d1cbb9c7ef2b308
org.apache.commons:commons-pool2:2.12.0 150048 6d3bd18df8410f3e31b031aca582cc109342358a62a2759ebd0c4cdf30d06f8b
org.apache.commons:commons-text:1.11.0 246659 2acf30a070b19163d5a480eae411a281341e870020e3534c6d5d4c8472739e30
org.apache.geronimo.specs:geronimo-jms_1.1_spec:1.1.1 32359 18d9ff7b9066aa99cf89843f5055d2fe58b1abe4346ee9df0daf4ac18ca232d7
org.apache.httpcomponents:httpasyncclient:4.1.5 181512 0c1877489a9d1ba4fa50f6cfcab11d1123618858cb31d56afaab5afdd5064d99
org.apache.httpcomponents:httpclient:4.5.14 785639 c8bc7e1c51a6d4ce72f40d2ebbabf1c4b68bfe76e732104b04381b493478e9d6
org.apache.httpcomponents:httpcore:4.4.16 327891 6c9b3dd142a09dc468e23ad39aad6f75a0f2b85125104469f026e52a474e464f
org.apache.httpcomponents:httpcore-nio:4.4.16 368896 4018736ede2d321034e8517ea90baefb31831a8608afccc446d8a699fb1d00d4
org.apache.httpcomponents:httpmime:4.5.14 41727 d401243d5c6eae928a37121b6e819158c8c32ea0584793e7285bb489ab2a3d17
org.apache.httpcomponents.client5:httpclient5:5.3 861640 b5649c109a30f57692172a4c4fd373e7d8bfe686d38e52f29ba7a183f6154044
org.apache.httpcomponents.core5:httpcore5:5.2.4 855013 a7f62496113f66f9e27c26b84c44f5ce4555c6270083cdf2d45f255336cd52af
org.apache.httpcomponents.core5:httpcore5-h2:5.2.4 237145 dc1a95e73eb04db93451533d390ce02c53b301a10dc343d08c862f2934b3d30e
org.apache.jmeter:ApacheJMeter:5.6.3 13664 9c18010142b88cba2659a8471be414b34dd993e181bb10d6218fbab3e7b8712b
org.apache.jmeter:ApacheJMeter_bolt:5.6.3 20442 adac5675a694aaf3d3c0bb5e2b7d11a47d6703d970a79e67df7be643babeeec9
org.apache.jmeter:ApacheJMeter_components:5.6.3 779820 8995a26ad6949f52632736efc4e10edc56561ed643af5841b45d1b6496ee6eed
org.apache.jmeter:ApacheJMeter_config:5.6.3 1153605 63ed98e99f5bb013501fa7884bc4ac96b40ed46a9aa4c89f6202dd0d13ca7c6c
org.apache.jmeter:ApacheJMeter_core:5.6.3 2036586 7d3bbe4844f299e53c58aa336578e39721c87cc4eb7e475d8173f408edc8dd4d
org.apache.jmeter:ApacheJMeter_ftp:5.6.3 15365 d3c5cac20f76de52a955e79b3b065e81fc1d875c4795ca77f324ac98820f9dd5
org.apache.jmeter:ApacheJMeter_functions:5.6.3 126011 7ff29aff9b97b57cf3d788c6d2b43ef6ad42c69dc41997b647862b3a70b39c6a
org.apache.jmeter:ApacheJMeter_http:5.6.3 565558 d683037ecc7b7c12d657727eef104f6f760f540a1c0056b23419b684b6112005
org.apache.jmeter:ApacheJMeter_java:5.6.3 52717 db08dca730452d63bdc1c11e071713db87c0ee490804a022bb2cb702ac81fc08
org.apache.jmeter:ApacheJMeter_jdbc:5.6.3 64718 be7c36ed0a1a2defa892e9a31e19e0636d9fc7b3903e57091827088bd98d23cd
org.apache.jmeter:ApacheJMeter_jms:5.6.3 97694 284618dc0265f3729b4ed696daa6a2b5ef3abc4a8abb1055eb1c37ea3ad17b03
org.apache.jmeter:ApacheJMeter_junit:5.6.3 21674 5e7a2c6166998bd1a2349fd94106cd5a7af1b30fe1cab4246d1884a27e2a2eaf
org.apache.jmeter:ApacheJMeter_ldap:5.6.3 49594 a298ba0f408db5008691cad1a5e308e01336ec88426d18dd0d27470180e602ae
org.apache.jmeter:ApacheJMeter_mail:5.6.3 59985 c909eebd19e7d3c714c1738ab87421c2342c03fb32b92e638e5f9973e870ade5
org.apache.jmeter:ApacheJMeter_mongodb:5.6.3 29900 8b9d1fe6dac62ae9d69cc2f62e165766199ed1fcef6c9bcc23e2d4fabbe3d5eb
org.apache.jmeter:ApacheJMeter_native:5.6.3 14290 1f0e0935b25455925f04e82d626288441412f0743003617abe22ef8285859173
org.apache.jmeter:ApacheJMeter_tcp:5.6.3 30763 5d32b7a0aec103416a63be9250bb4056616d240280ae97828d32bf6da8a65b21
org.apache.jmeter:jorphan:5.6.3 213591 304d51667db74eb6732676273ae548cce94505db7542989e0b7281b48bd1fc4c
org.apache.logging.log4j:log4j-1.2-api:2.22.1 356564 9a025b24d7df425e7b22590274546df8eb0b040ccb3aff3856f9a266fa787fd8
org.apache.logging.log4j:log4j-api:2.22.1 335001 5d7beae7ff15d8516d6517121d7f12a79a6ac180df64b5fcec55d5be21056e53
org.apache.logging.log4j:log4j-core:2.22.1 1900022 46dccecac556623d8e2ce8648496824a82951d139062a4e61148aff1a25ed18d
org.apache.logging.log4j:log4j-slf4j-impl:2.22.1 24583 05e6b1a44022d9a30c4dd592c5ebd62309a857bdc6ccfd2f41a3e7495f5ec8b3
org.apache.tika:tika-core:1.28.5 736051 e64b3dc06c60b98ecbdfb9dbc3857f4ab54f9548eedd449ee0de39c0df5e3170
org.apache.tika:tika-parsers:1.28.5 1588025 ef3a343e1c107a7f2679f1e36b8c5c8f313a2846c46bee5be74562cf6b37ea7f
org.apache.xmlgraphics:batik-anim:1.16 485898 93d2948dfc9837c392cb9c97d5ddaa4db95845e3061974b4ab94148f1587ddbf
org.apache.xmlgraphics:batik-awt-util:1.16 424607 dc0409227230b21a69ac3e79359385e2300df76728ec26081c6ed6c4373d3f13
org.apache.xmlgraphics:batik-bridge:1.16 704905 a96031c2664599b43eee89ada011b6f20fb1d940bf70d1e830fbf780e7e2c86d
org.apache.xmlgraphics:batik-codec:1.16 112371 372f8127e7898256c19af3823a3837c80a58c23f5a5e36f34667b648d1a5e58a
org.apache.xmlgraphics:batik-constants:1.16 8431 0bdc9ac3e0b93f26cafd3fd8e3065d13fe678865115fc162f4d627fa0af35ad5
org.apache.xmlgraphics:batik-css:1.16 330361 1f7e51c703813f21de58e9be4e6d907cef3a5540d23047507af9c4c5dc396419
org.apache.xmlgraphics:batik-dom:1.16 184060 968dbc4bd291bb3c0074dc4b60223c4a95e0455c7b8c2a51ce5fe92aa68e15a1
org.apache.xmlgraphics:batik-ext:1.16 10239 a12be0ba0f20a9f57ca16f76685366485b8c3119eaf5a2da4a34008d4947db73
org.apache.xmlgraphics:batik-gvt:1.16 192085 2232cfd309c30c5ee2d37d9efbacc8c708da091af747a77c4fc04287e234bd41
org.apache.xmlgraphics:batik-i18n:1.16 11464 94fc90806f7cb823dabc0d292012ed97d637207329dc8d2f351f52e0a9107d9a
org.apache.xmlgraphics:batik-parser:1.16 76872 98257ac1b9daf378d917d7ac005ec9d85a17cfbb88fa744d0fed0d176e403220
org.apache.xmlgraphics:batik-script:1.16 25198 a66febdb41d9bade0e11e6320ed4914ea2799aa6b814c5ec7f35589b370733dc
org.apache.xmlgraphics:batik-shared-resources:1.16 6665 318543fe05ee0d118938d9302b2fce137d040f31d71e042d2ca02406e386974a
org.apache.xmlgraphics:batik-svg-dom:1.16 232734 701ee2e9c14ff7d39759db8fa8a8dd04398cbf9d38c75ad5ca178f05d99f4406
org.apache.xmlgraphics:batik-svggen:1.16 227487 4bb25e0267d80765a4f87063ff3cac77688b045dafe8e903452c6b3fae9b249c
org.apache.xmlgraphics:batik-transcoder:1.16 129300 eaf365c90f758ab95deedf4d21331d5cdf0fa4e00df715df0240ab8f6653ff1e
org.apache.xmlgraphics:batik-util:1.16 127485 a8306eda7a840685da7a730cdd99a63f8145ceb543017779d438c9d67550bfa2
org.apache.xmlgraphics:batik-xml:1.16 33870 56f1ed597857bc81f5db7e669d15caa7d9497887e2710f0f98eea4b3e3f8ddaa
org.apache.xmlgraphics:xmlgraphics-commons:2.9 678189 2ebd333ab2a624514793c336e3af086608673286fe37ba1e639e0ac3e1b58be2
org.apiguardian:apiguardian-api:1.1.2 6806 b509448ac506d607319f182537f0b35d71007582ec741832a1f111e5b5b70b38
org.brotli:dec:0.1.2 98115 615c0c3efef990d77831104475fba6a1f7971388691d4bad1471ad84101f6d52
org.checkerframework:checker-qual:3.42.0 230830 ccaedd33af0b7894d9f2f3b644f4d19e43928e32902e61ac4d10777830f5aac7
org.codehaus.groovy:groovy:3.0.20 8046016 1bcdd2fa1f8f062234cb6ed5b8c9c56a5876a9493afef3221f22dd4f92589736
org.codehaus.groovy:groovy-datetime:3.0.20 15172 2de4a2bc1dc5b063d30fc7dd7ddb4650da8ed94176ea2f85e99bb02af44a4d9e
org.codehaus.groovy:groovy-dateutil:3.0.20 7400 75cae7acdcf46b13cb32768216ef375eca75f1a1dc2dfe06d00a3291961aec91
org.codehaus.groovy:groovy-jmx:3.0.20 132982 bb4100d324923a873eae366266682e55adb182c96de99f815cd0a15bacb3df6d
org.codehaus.groovy:groovy-json:3.0.20 128872 ea34a860bae73f916c8f4fc3ec6006462ae72e3b67d76ae8fa30db68ec754f7b
org.codehaus.groovy:groovy-jsr223:3.0.20 16832 f5fd449d8ac64009c569dd6e81b431408b27eda75d6b54db2f9983442d579974
org.codehaus.groovy:groovy-sql:3.0.20 78909 3cc75b90719ab516929bbc6b4dbc27a8a8df415ba1f95ce5cf57fb5a7233c842
org.codehaus.groovy:groovy-templates:3.0.20 94157 3485ae9cba0bf625ea3f5325833c194a6d59994cf01a28db5a976851b6564f7b
org.codehaus.groovy:groovy-xml:3.0.20 291709 45f8fc9e1e392ab902369e03c985e4230b3429e4c2b06c0e3bf09180c3ed5e8e
org.exparity:hamcrest-date:2.0.8 109741 033f38ebd71145efb2edfb14acaa0bc1accf1914fcbf5c6eb53e0c48715fffcb
org.freemarker:freemarker:2.3.32 1736381 04d65ec1bde6cea20e3495d5e78ef96ab774d9936434861d3254bd88e7e94f92
org.hamcrest:hamcrest:2.2 123360 5e62846a89f05cd78cd9c1a553f340d002458380c320455dd1f8fc5497a8a1c1
org.hamcrest:hamcrest-core:2.2 1499 094f5d92b4b7d9c8a2bf53cc69d356243ae89c3499457bcb4b92f7ed3bf95879
org.jetbrains:annotations:24.1.0 30570 27a770dc7ce50500918bb8c3c0660c98290630ec796b5e3cf6b90f403b3033c6
org.jetbrains.kotlin:kotlin-stdlib:1.9.22 1718956 6abe146c27864138b874ccccfe5f534e3eb923c99a1b7b5d45494ee5694f3e0a
org.jetbrains.kotlin:kotlin-stdlib-jdk7:1.9.10 959 ac6361bf9ad1ed382c2103d9712c47cdec166232b4903ed596e8876b0681c9b7
org.jetbrains.kotlin:kotlin-stdlib-jdk8:1.9.10 965 a4c74d94d64ce1abe53760fe0389dd941f6fc558d0dab35e47c085a11ec80f28
org.jetbrains.kotlinx:kotlinx-coroutines-core-jvm:1.7.3 1551152 1ab3acc38f3e7355c4f9d1ec62107a46fa73c899f3070d055e5d4373dfe67e12
org.jetbrains.kotlinx:kotlinx-coroutines-swing:1.7.3 9964 3145fd68ad71ec6100924f74f1b6d52d22250dc2771a56b4f164c2a22fb50cac
org.jetbrains.lets-plot:commons-jvm:4.1.0 760623 fec8b0335b7e50d0593e1406eeb82eedb8f9b4fcca9bfbcb1c7c008ff08e79a7
org.jetbrains.lets-plot:datamodel-jvm:4.1.0 353322 3960e50f5375f14b94b9079860b58ac8e3b00a8f83610c607c4c51c3c7457539
org.jetbrains.lets-plot:deprecated-in-v4-jvm:4.1.0 95287 3823c0b0df151673f767015bba240447a281dce5b7b3a22f8d370c1f243ef94d
org.jetbrains.lets-plot:lets-plot-batik:4.1.0 996 bf5c2e4d92bccd91b24126d63be31ae21883ea920e3cc3cd619354baa4a87deb
org.jetbrains.lets-plot:lets-plot-common:4.1.0 996 bf5c2e4d92bccd91b24126d63be31ae21883ea920e3cc3cd619354baa4a87deb
org.jetbrains.lets-plot:lets-plot-kotlin-jvm:4.5.0 1353287 38088741fbf5af08c43ee6942313b753c44ec79348b3be7eb4ec49c1d0a3338f
org.jetbrains.lets-plot:platf-awt-jvm:4.1.0 133403 c5a5055678c0bc3139d1d1f91465e535a76a070ea60c995e7eddce2520f3f04a
org.jetbrains.lets-plot:platf-batik-jvm:4.1.0 81351 b02c3ad6b1123610a96cc5fc043a14accca4dd55d423cd92866f01abf2933de4
org.jetbrains.lets-plot:plot-base-jvm:4.1.0 1614468 444fc9e37f3b8db0ccc91e9d43938d954b0bb379b023b12b89b3d9791b644a23
org.jetbrains.lets-plot:plot-builder-jvm:4.1.0 1283358 4edf24b72ec64f1b3af5c0abbd7efe18bc25ca1b25a97a64c875600383cb8520
org.jetbrains.lets-plot:plot-stem-jvm:4.1.0 969648 94e5a3102d70cc814abf6c5d6f1a76b2d1377dd01310574ad0a92ab71c3bb953
org.jodd:jodd-core:5.0.13 403497 a77cf7400ef90c946a70ffa410920e9b62ac6bf9e0d8b2d6d185e894313b285b
org.jodd:jodd-lagarto:5.0.13 220475 47b35d8323e8ebc716f6a88d217b438d36dffafbdefa7724c5e9c85ac7c8bff2
org.jodd:jodd-log:5.0.13 19858 0fdf30d3b6c27ac78545a226a62c9f2f5675d3168ca91561968a5e0db73c232d
org.jodd:jodd-props:5.0.13 26047 f1029ee3be973df0c4a65dac2d18c718116d83c11a0e2fa526344dc7537a4f45
org.jsoup:jsoup:1.17.1 473788 9da350a86ec44adbe152a7258dbebad0030cb98aff74384b8b83f126223e51a5
org.mongodb:mongo-java-driver:2.14.3 613352 9c749e57cac3c10ad9e6719dc8e8fdeec384b18b8a4644ecbf78863b7576267e
org.mozilla:rhino:1.7.14 1383644 c9290b0d801bf0dbbbc44338e0f769b7650a0c5d04e6bb1aeb85775c0211b003
org.neo4j.driver:neo4j-java-driver:4.4.13 5223562 a66ee42db63dd4b02836eddb960b277c2805c98040bb46d5ba21e3799516699c
org.ow2.asm:asm:9.6 123598 3c6fac2424db3d4a853b669f4e3d1d9c3c552235e19a319673f887083c2303a1
org.reactivestreams:reactive-streams:1.0.4 11640 f75ca597789b3dac58f61857b9ac2e1034a68fa672db35055a8fb4509e325f28
org.slf4j:jcl-over-slf4j:1.7.36 16555 ab57ca8fd223772c17365d121f59e94ecbf0ae59d08c03a3cb5b81071c019195
org.slf4j:slf4j-api:1.7.36 41125 d3ef575e3e4979678dc01bf1dcce51021493b4d11fb7f1be8ad982877c16a1c0
org.xmlresolver:xmlresolver:5.2.1 165689 18c7b2d0a99c95d24c2ec9a7566afb88f3dc2bc5086666634d882c679a2037b4
org.xmlresolver:xmlresolver:5.2.1:data 1027769 101ea528ca9007493b2c3bb2c4aaa8ce75d750fb8d95a0b409518b7b562a99b0
oro:oro:2.0.8 65261 e00ccdad5df7eb43fdee44232ef64602bf63807c2d133a7be83ba09fd49af26e
xalan:serializer:2.7.3 283536 5f6804bacdfdb3ccc52d2538536fab8986696d61559b081054a420c653806667
xalan:xalan:2.7.3 3455761 febd48bb133a96c447282213951a6b74ea7fb45c0d896121296c014316bda6b0
xerces:xercesImpl:2.12.2 1446149 6fc991829af1708d15aea50c66f0beadcd2cfeb6968e0b2f55c1b0909883fe16
xml-apis:xml-apis:1.4.01 220536 a840968176645684bb01aed376e067ab39614885f9eee44abe35a5f20ebe7fad
xml-apis:xml-apis-ext:1.3.04 85686 d0b4887dc34d57de49074a58affad439a013d0baffa1a8034f8ef2a5ea191646
xmlpull:xmlpull:1.1.3.1 7188 34e08ee62116071cbb69c0ed70d15a7a5b208d62798c59f2120bb8929324cb63
`;

export const version = '5.6.3';

export interface Artifact {
  /** `group:artifact:version[:classifier]` */
  readonly coordinate: string;
  readonly size: number;
  readonly sha256: string;
}

export const artifacts: readonly Artifact[] = pinned
  .trim()
  .split('\n')
  .map((line) => {
    const [coordinate = '', size, sha256 = ''] = line.split(' ');
    return { coordinate, size: Number(size), sha256 };
  });

/** Where a Maven repository has an artifact. */
export function pathOf(coordinate: string): string {
  const [group = '', artifact, version, ...classifier] = coordinate.split(':');
  return `${group.replaceAll('.', '/')}/${artifact}/${version}/${[artifact, version, ...classifier].join('-')}.jar`;
}
