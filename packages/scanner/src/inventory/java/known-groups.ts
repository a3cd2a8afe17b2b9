/**
 * Groups of artifacts that are built without Maven's pom.properties (by Gradle or Ant) and are met everywhere. Most
 * special first. Facts of Maven Central.
 */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^spring-boot(?:-|$)/, 'org.springframework.boot'],
  [/^spring-security(?:-|$)/, 'org.springframework.security'],
  [/^spring-data-(?:commons|jpa|redis|mongodb|rest-\w+|keyvalue)$/, 'org.springframework.data'],
  [/^spring-batch-/, 'org.springframework.batch'],
  [/^spring-integration-/, 'org.springframework.integration'],
  [/^spring-kafka$/, 'org.springframework.kafka'],
  [/^spring-session-/, 'org.springframework.session'],
  [/^spring-cloud-/, 'org.springframework.cloud'],
  [
    /^spring-(?:aop|aspects|beans|context(?:-indexer|-support)?|core|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc|websocket)$/,
    'org.springframework',
  ],
  [/^tomcat-embed-/, 'org.apache.tomcat.embed'],
  [/^tomcat-/, 'org.apache.tomcat'],
  [/^hibernate-validator$/, 'org.hibernate.validator'],
  [/^hibernate-core$/, 'org.hibernate'],
  [/^kotlin-(?:stdlib|reflect)/, 'org.jetbrains.kotlin'],
  [/^kotlinx-coroutines-/, 'org.jetbrains.kotlinx'],
  [/^okhttp$/, 'com.squareup.okhttp3'],
  [/^okio(?:-jvm)?$/, 'com.squareup.okio'],
  [/^grpc-(?:api|core|netty(?:-shaded)?|okhttp|protobuf(?:-lite)?|stub|services|auth)$/, 'io.grpc'],
  [/^reactor-(?:core|extra)$/, 'io.projectreactor'],
  [/^reactor-netty(?:-core|-http)?$/, 'io.projectreactor.netty'],
  [/^micrometer-(?:core|commons|observation|registry-\w+)$/, 'io.micrometer'],
  [/^micronaut-(?:core|http|http-server|http-server-netty|inject|runtime)$/, 'io.micronaut'],
  [/^activation$/, 'javax.activation'],
  [/^lucene-/, 'org.apache.lucene'],
  [/^(?:elasticsearch|elasticsearch-(?:core|x-content|cli))$/, 'org.elasticsearch'],
  [/^kafka(?:_2\.\d+|-clients|-streams)$/, 'org.apache.kafka'],
  [/^bc(?:prov|pkix|pg|util|tls)-jdk\w+$/, 'org.bouncycastle'],
  [/^mockito-core$/, 'org.mockito'],
  [/^junit-jupiter(?:-|$)/, 'org.junit.jupiter'],
];

/** The group of an artifact by its name alone, where that leaves no doubt. */
export function knownGroup(artifact: string): string | undefined {
  return GROUPS.find(([pattern]) => pattern.test(artifact))?.[1];
}
